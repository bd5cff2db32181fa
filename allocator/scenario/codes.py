"""Every code an issue can carry: how bad it is and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.issues import Severity


@dataclass(frozen=True)
class Code:
    """The meaning of an issue code; codes are stable and part of the contract."""

    severity: Severity
    meaning: str


def _error(meaning: str) -> Code:
    return Code(Severity.ERROR, meaning)


def _warning(meaning: str) -> Code:
    return Code(Severity.WARNING, meaning)


_FILES = {
    "missing-file": _error("A file is not there, or a folder stands in its place."),
    "unreadable-file": _error("A file cannot be opened, or is not what it should be."),
    "huge-file": _error("A file is larger than what is read."),
    "binary-file": _error("A file that should be text is binary."),
    "empty-file": _error("A file or sheet holds nothing."),
    "not-utf8": _error("A file is not in UTF-8, or not in the encoding named."),
    "unknown-encoding": _error("An encoding is named that does not exist."),
    "unknown-format": _error("No table is read from files with this ending."),
    "missing-extra": _error("An optional package is needed to read the file."),
    "outside-folder": _error("A table lies outside the scenario's folder."),
    "missing-sheet": _error("A workbook lacks the sheet, or none is named."),
    "missing-layer": _error("A map file lacks the layer, or none is named."),
    "layer-warning": _warning("The reader of a map layer warns of something."),
    "crs-mismatch": _error("A layer cannot be brought into the scenario's crs."),
    "header-not-first": _error("A title or remark stands above the headers."),
    "error-values-unseen": _warning(
        "Failed formulas of an .xls, .xlsb or .ods workbook are read as empty cells."
    ),
    "wrong-separator": _error("The columns of a CSV file are not split by commas."),
    "ragged-row": _error("A row of a CSV file has more cells than its header."),
}
_YAML = {
    "yaml-syntax": _error("The file is not YAML."),
    "yaml-feature": _error("An anchor, alias, tag, merge key or second document."),
    "duplicate-key": _error("A key stands twice in one mapping."),
    "unknown-key": _error("A key means nothing where it stands."),
    "missing-key": _error("A required key is missing."),
    "wrong-type": _error("A value or cell is not of the kind wanted."),
    "unknown-value": _error("A word is none of those allowed."),
    "out-of-range": _error("A number is too small or too large."),
    "empty": _error("A value or list that must not be empty is."),
    "invalid-value": _error("Values contradict each other or cannot be understood."),
    "extends-cycle": _error("A scenario extends itself, directly or round about."),
    "unknown-catalogue": _error("A catalogue is named that does not exist."),
    "unknown-variant": _error("A variant is named that the scenario lacks."),
    "nothing-to-remove": _error("`remove: true` names an id that is not there."),
}
_CELLS = {
    "unknown-table": _error("A table is named that does not exist."),
    "missing-column": _error("A required column, or a header named, is not there."),
    "duplicate-column": _error("A header stands twice in one table."),
    "unknown-column": _warning(
        "Columns of a table are not read (an error where a mapping names one)."
    ),
    "constant-and-column": _error("A constant is given for a column that is there."),
    "error-value": _error("A cell holds an error of a spreadsheet, such as #N/A."),
    "missing-value": _error("A required cell is empty."),
    "one-of": _error("None or several of columns that exclude each other are filled."),
    "spaces-trimmed": _warning("Spaces around identifiers were left out."),
}
_NAMES = {
    "unknown-group": _error("A population group is named that is not under groups."),
    "unknown-service": _error("A service is named that is not under services."),
    "unknown-session": _error("A session is named that the service does not have."),
    "unknown-need": _error("A need is named that is not under needs."),
    "unknown-profile": _error("A walking profile is named that `access` lacks."),
    "unknown-district": _error(
        "A district is named in which no community or building lies."
    ),
    "unknown-street": _error("A street is named in which no community lies."),
    "unknown-community": _error("A community is named that the tables lack."),
    "unknown-building": _error("A building is named that the table lacks."),
    "unknown-space": _error("A space is named that the table lacks."),
    "unknown-zone": _error("A zone is named that the table zones lacks."),
    "unknown-site": _error("A site is neither a building nor a facility."),
    "unknown-category": _error("A category is named that no service has."),
    "unknown-tier": _error("A tier is named that no need has."),
    "duplicate-id": _error("Two items of one list have the same id."),
    "duplicate-row": _error("Two rows of a table have the same key."),
    "duplicate-site": _error("A building and a facility have the same id."),
    "facility-in-two-places": _error(
        "Rows of one facility have different coordinates."
    ),
}
_GROUND = {
    "floor-zero": _error("Floor 0 does not exist: 1 is the ground floor."),
    "unknown-crs": _error("The coordinate system is unknown or not on the ground."),
    "coordinates-swapped": _error("x and y are the wrong way round."),
    "coordinates-outside": _error(
        "A point lies more than 1 degree outside the coordinate system's area of use."
    ),
    "far-away": _warning("Points lie over 100 km from the middle of all points."),
    "degrees-as-metres": _warning(
        "Coordinates of a `local` system look like degrees, not metres."
    ),
}
_NEEDS = {
    "no-groups": _error("Groups are named but none is defined."),
    "no-services": _warning("The scenario has no service."),
    "no-needs": _warning("The scenario has no need."),
    "visits-exceed-days": _error(
        "A need asks for more visits per person-week than an accepted offer has days; "
        "split the need."
    ),
    "need-unmeetable": _error("No service can meet the need: its credit is always 0."),
    "credit-beyond-limit": _warning("Credit and walking limits do not fit together."),
    "rate-above-one": _warning("A rate is above one person per person of the group."),
    "accepted-twice": _warning("A need accepts the same offer twice."),
    "service-unused": _warning("No need accepts the service."),
}
_DEMAND = {
    "no-zones": _error("There is no demand point."),
    "no-demand": _error("There are neither residents nor demand."),
    "zone-without-demand": _warning("Counted zones have neither residents nor demand."),
    "community-without-zone": _error(
        "Residents or a survey are given for a community in which no zone lies; they "
        "would be lost."
    ),
    "residents-twice": _error(
        "A group is given for a community and again for one of its zones."
    ),
    "demand-mixed": _error(
        "A (zone, need) has demand by group and demand without a group."
    ),
    "group-without-residents": _warning("A group has needs but no residents."),
    "empty-community": _warning("No zone lies in the community."),
}
_SPACES = {
    "no-buildings": _warning(
        "There is no building: describe works, nothing is planned."
    ),
    "missing-area": _error("A building without spaces has no area either."),
    "building-without-space": _warning("A building has no row in the table spaces."),
    "usable-above-gross": _warning("Usable areas add up to more than the gross area."),
    "reserve-bars-building": _warning(
        "A reserve above 0 bars a building that is one whole space."
    ),
    "dates-reversed": _error("The last day comes before the first."),
    "building-unavailable": _warning("A building may not be used on the plan's date."),
    "lease-ended": _warning("A lease ends before the plan's date."),
    "feature-nowhere": _warning("No space or building has a feature that is asked."),
    "service-without-space": _warning("No space suits the service."),
    "space-without-service": _warning("No service suits the space."),
}
_ACCESS = {
    "facility-unlimited": _warning("A number at an unlimited service says nothing."),
    "facility-overused": _warning("A facility serves more than its capacity."),
    "streets-missing": _error("Mode `network` has no street lines."),
    "street-no-line": _warning("Features of a street file are no lines."),
    "streets-islands": _warning("Parts of the street network are not connected."),
    "cut-off": _warning("Zones or sites lie beyond the snapping distance of streets."),
    "coordinates-shifted": _warning(
        "Points lie nearer to the streets when read in another coordinate system."
    ),
    "streets-unused": _warning("Streets are given but the mode does not use them."),
    "travel-missing": _error("Mode `matrix` has no walking times."),
    "unreachable": _warning("A zone or site stands in no row of travel."),
    "travel-beyond-limit": _warning("No listed walking time is within any limit."),
    "speed-unusual": _warning("A walking speed is below 10 or above 300 m per minute."),
    "travel-overrides": _warning("Listed walking times replace the straight line."),
}
_RULES = {
    "pin-mismatch": _error("The keys of a pin contradict each other."),
    "pins-contradict": _warning("One pin takes out all that another fixes in."),
    "service-repeated": _error("A rule between services names one of them twice."),
    "change-over-without-effect": _warning(
        "Change-over between services that never take turns in a room."
    ),
    "standard-without-places": _error(
        "A standard counts places of a service that has unlimited capacity."
    ),
    "floor-twice": _error("A coverage floor is given twice."),
    "place-above-max-area": _error("One place is larger than the service may be."),
    "worst-coverage-lowered": _error("A worst coverage can only be made large."),
    "goal-sense": _warning("A goal makes worse what planners want better."),
    "goal-weight-zero": _warning("A measure of a goal has the weight 0."),
    "goal-empty-plan": _warning("The first goal is best when nothing is done."),
}

GROUPS: dict[str, dict[str, Code]] = {
    "Files": _FILES,
    "YAML": _YAML,
    "Tables": _CELLS,
    "Names": _NAMES,
    "Coordinates and floors": _GROUND,
    "Services and needs": _NEEDS,
    "Residents and demand": _DEMAND,
    "Buildings and spaces": _SPACES,
    "Facilities and walking times": _ACCESS,
    "Rules and goals": _RULES,
}
"""Codes by subject, in the order of the reference page."""
CODES: dict[str, Code] = {
    name: code for group in GROUPS.values() for name, code in group.items()
}
"""Meaning by code."""
