"""Keep the records of table streams when the emulator stops and starts again.

Gap: the saved state has each mapping's position in its stream, but not the stream.
Consequence: after a restart the stream is empty and the position is not, so as many changes as
were ever read are skipped without a word: the report no longer adds up.
Repair: save and restore the records, and how many were trimmed before them, with the tables.
"""

from typing import Any

from ministack.services import dynamodb

STORES = {
    "darkroom_stream_records": dynamodb._stream_records,
    "darkroom_stream_trimmed": dynamodb._stream_trimmed,
}


def apply() -> None:
    get_state = dynamodb.get_state
    load_persisted_state = dynamodb.load_persisted_state

    def get_state_with_streams() -> dict[str, Any]:
        return {**get_state(), **STORES}

    def load_state_with_streams(state: dict[str, Any]) -> None:
        load_persisted_state(state)
        for name, store in STORES.items():
            store.update(state.get(name, {}))

    dynamodb.get_state = get_state_with_streams
    dynamodb.load_persisted_state = load_state_with_streams
