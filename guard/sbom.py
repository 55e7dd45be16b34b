"""The bill of materials of all that is pinned, as CycloneDX JSON: `python -m guard.sbom FILE`."""

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from guard.licences import licences
from guard.pins import DEPLOYED, Pin, pins

NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def bill() -> dict[str, Any]:
    """Return it; the same pins, installed, make the same bill byte for byte."""
    known = licences()
    components = [component(pin, known.get((pin.name, pin.version))) for pin in pins()]
    serial = uuid.uuid5(NAMESPACE, json.dumps(components, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "darkroom", "bom-ref": "darkroom"}
        },
        "components": components,
    }


def component(pin: Pin, licence: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        # What is needed to develop is no part of what is deployed.
        "scope": "required" if pin.used & DEPLOYED else "excluded",
        "properties": [{"name": "darkroom:used", "value": used} for used in sorted(pin.used)],
    }
    if licence:
        found["licenses"] = [{"license": {"name": licence}}]
    return found


def main() -> None:
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill(), indent=2) + "\n")
    print(f"{file}: {len(pins())} packages")


if __name__ == "__main__":
    main()
