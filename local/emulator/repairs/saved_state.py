"""Keep the state of all services in one snapshot, which is written while the emulator runs.

Gap: ministack saves when it stops, a file per service; what it cannot save, it logs. Objects it
writes at once, and it restores each bucket that it finds on disk.
Consequence: after a kill, the buckets are there without their stacks, and every deployment ends
with "already exists". A stop on a full disk looks like any other.
Repair: restore what `restoring` has read, and save by `saving`. Code lies beside the snapshot.
"""

from collections.abc import Callable

from ministack import app
from ministack.services import lambda_svc

from local.emulator.snapshot import States


def apply(states: States | None, save_last: Callable[[object], None]) -> None:
    if states is not None:
        app.load_state = lambda service: states.pop(service, None)
    app.save_all = save_last
    # ministack's own files for code: the snapshot has a file for every large value.
    lambda_svc._externalize_code_zip = lambda _, referenced: None
    lambda_svc._prune_orphan_code_blobs = lambda referenced: None
