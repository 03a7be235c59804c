"""The dashboard: pages rendered on the server over what a plane supplies."""
