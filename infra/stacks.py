"""The stacks: what is kept, what can be replaced, and what an emulator of AWS refuses, each apart."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import App, CfnParameter, DefaultStackSynthesizer, Stack, Tags
from constructs import Construct

import footfall
from footfall.aws.sizes import Size
from infra.units.access import Encryption
from infra.units.application import Application
from infra.units.batch import Daily, Job, JobEncryption
from infra.units.dashboards import Dashboards
from infra.units.detection import Record, Response
from infra.units.function import Libraries, Release
from infra.units.lake import Lake
from infra.units.marts import Marts
from infra.units.monitoring import Alarms, Outlook, Product
from infra.units.questions import Asking, Named, Workgroup
from infra.units.stream import Collector, Delivery, Letters, Streams
from infra.units.web import Web
from infra.units.workbench import Cleaning, Notebook

NAME = "footfall"


class Part(Stack):
    """A stack of the product, for any account and region; its template needs no bootstrap."""

    def __init__(self, app: Construct, name: str, meaning: str, *, kept: bool = False) -> None:
        super().__init__(
            app,
            f"{NAME}-{name}",
            description=f"Footfall {footfall.__version__}: {meaning}",
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
            termination_protection=kept,
        )
        Tags.of(self).add("product", NAME)
        Tags.of(self).add("part", name)


class Kept(Part):
    """What outlives every release."""

    def __init__(self, app: Construct, size: Size) -> None:
        super().__init__(app, "kept", "what is kept", kept=True)
        self.key = Encryption(self, "Encryption").key
        self.lake = Lake(self, self.key, size)
        self.streams = Streams(self, self.key, size)
        self.record = Record(self, self.key)


class Live(Part):
    """What works on the stream; replaced by every release."""

    def __init__(self, app: Construct, kept: Kept, size: Size) -> None:
        super().__init__(app, "live", "collection, detection and what follows from it")
        libraries = Libraries(self, release(self, kept))
        self.letters = Letters(self, kept.lake, kept.key)
        self.delivery = Delivery(self, kept.streams, kept.lake, kept.key)
        self.collector = Collector(self, libraries, kept.streams, self.letters, kept.key, size)
        self.application = Application(self, kept.streams, libraries.release, kept.key, size)
        self.response = Response(self, libraries, kept.streams, kept.record, self.letters, kept.lake, kept.key, size)


class Batch(Part):
    """What runs once a day, and what is asked of it."""

    def __init__(self, app: Construct, kept: Kept, size: Size) -> None:
        super().__init__(app, "batch", "the daily job and the questions")
        self.group = Workgroup(self, kept.lake, kept.key, size).group
        self.marts = Marts(self, kept.lake, str(self.group.name))
        self.asking = Asking(self, self.group, kept.lake, self.marts.tables, kept.key)
        job = Job(self, kept.lake, release(self, kept), kept.key, size)
        self.daily = Daily(self, job, self.marts, self.asking, kept.lake)


class Jobs(Part):
    """How jobs encrypt, which emulators do not know; the job names it, so it comes before."""

    def __init__(self, app: Construct, kept: Kept) -> None:
        super().__init__(app, "jobs", "how jobs encrypt what they write")
        JobEncryption(self, kept.key)


class Monitoring(Part):
    """Alarms, each on one metric."""

    def __init__(self, app: Construct, product: Product) -> None:
        super().__init__(app, "alarms", "alarms")
        self.alarms = Alarms(self, product)


class Glance(Part):
    """The dashboard, the composite alarm and the band, which emulators do not know."""

    def __init__(self, app: Construct, product: Product, alarms: Alarms) -> None:
        super().__init__(app, "outlook", "what operators look at")
        Outlook(self, product, alarms)


class Workbench(Part):
    """Where people work on files, streams and questions; emulators know none of it."""

    def __init__(self, app: Construct, kept: Kept, batch: Batch) -> None:
        super().__init__(app, "workbench", "where people work")
        self.cleaning = Cleaning(self, kept.lake, kept.key)
        self.notebook = Notebook(self, kept.streams, kept.key)
        self.named = Named(self, batch.group, kept.lake)


class Board(Part):
    """What people read on QuickSight, which emulators do not know."""

    def __init__(self, app: Construct, kept: Kept, batch: Batch) -> None:
        super().__init__(app, "board", "what people read")
        self.dashboards = Dashboards(self, batch.group, batch.asking, kept.lake)


class Site(Part):
    """What people read in a browser."""

    def __init__(self, app: Construct, kept: Kept, batch: Batch) -> None:
        super().__init__(app, "web", "the web dashboard")
        libraries = Libraries(self, release(self, kept))
        self.web = Web(self, libraries, kept.record, kept.lake, batch.group, batch.asking.rights)


@dataclass(frozen=True, slots=True)
class Footfall:
    """The whole product."""

    kept: Kept
    live: Live
    batch: Batch
    alarms: Monitoring
    outlook: Glance
    workbench: Workbench
    board: Board
    site: Site


def release(stack: Stack, kept: Kept) -> Release:
    """Where the code of the release lies that the stack is deployed with."""
    said = CfnParameter(stack, "Release", description="The prefix of this release's code in the workshop's bucket")
    return Release(kept.lake.workshop, f"releases/{said.value_as_string}")


def build(app: App, size: Size) -> Footfall:
    """Every stack of a store of some size."""
    kept = Kept(app, size)
    jobs = Jobs(app, kept)
    live, batch = Live(app, kept, size), Batch(app, kept, size)
    batch.add_stack_dependency(jobs)
    product = Product(
        kept.streams, live.collector, live.delivery, live.letters, live.response, live.application, batch.daily
    )
    alarms = Monitoring(app, product)
    workbench, board, site = Workbench(app, kept, batch), Board(app, kept, batch), Site(app, kept, batch)
    for part in (workbench, board, site):
        part.add_stack_dependency(batch)
    return Footfall(kept, live, batch, alarms, Glance(app, product, alarms.alarms), workbench, board, site)
