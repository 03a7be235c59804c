"""The batch pipeline against other engines: the same bytes, the same work, as many threads, one process at a time.

The work: parse REES46's nine columns, keep every one, drop rows that are equal as a whole, write a Hive-partitioned
lake (``event_date=YYYY-MM-DD``, Parquet, zstd), then answer four plain questions from that lake in a new process. Every
engine is written as someone at home in it would write it; its module states the choices.
"""
