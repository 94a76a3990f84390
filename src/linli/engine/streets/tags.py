"""Which tags are kept of a map file. All others are dropped while reading, so that memory stays small."""

from __future__ import annotations

# An object without any of these keys is never looked at.
READ_KEYS = (
    "highway", "building", "amenity", "shop", "leisure", "office", "healthcare", "craft", "emergency",
    "public_transport", "railway", "landuse", "place", "natural", "waterway", "tourism", "entrance", "barrier",
    "kerb", "crossing", "man_made", "indoor", "social_facility", "club", "boundary",
)  # fmt: skip

# What makes an object a feature of the place (homes, facilities, the map's background).
FEATURE_KEYS = frozenset((
    "building", "amenity", "shop", "leisure", "office", "healthcare", "craft", "emergency", "public_transport",
    "landuse", "place", "tourism", "entrance", "social_facility", "club",
))  # fmt: skip
FEATURE_TAGS = {
    "natural": frozenset(("water", "wood", "beach", "bay", "coastline")),
    "waterway": frozenset(("river", "stream", "canal", "riverbank", "dock")),
    "railway": frozenset(("station", "halt", "subway_entrance", "tram_stop", "platform", "rail", "subway", "light_rail", "tram")),
    "highway": frozenset(("bus_stop", "pedestrian", "footway")),  # the last two only as areas
}  # fmt: skip

# `highway` values that are no streets at all.
NEVER_STREETS = frozenset(("proposed", "construction", "abandoned", "razed", "raceway", "bus_stop", "rest_area",
                           "services", "traffic_signals", "street_lamp", "emergency_bay", "no", "disused"))  # fmt: skip

# What makes a node matter to walkers.
STREET_NODE_KEYS = frozenset(("barrier", "kerb", "crossing", "entrance"))
STREET_NODE_HIGHWAYS = frozenset(("crossing", "traffic_signals", "elevator", "crossing;traffic_signals",
                                  "traffic_signals;crossing"))  # fmt: skip

_ACCESS = (
    "access", "foot", "wheelchair", "opening_hours", "foot:conditional", "access:conditional", "level", "layer",
    "indoor", "name", "name:zh", "name:en", "highway", "railway", "public_transport", "man_made",
)  # fmt: skip

WAY_TAGS = frozenset((
    *_ACCESS,
    "area", "bridge", "tunnel", "covered", "sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both",
    "sidewalk:left:foot", "sidewalk:right:foot", "footway", "crossing", "crossing:signals", "crossing:markings",
    "ramp", "ramp:wheelchair", "ramp:stroller", "incline", "surface", "smoothness", "tracktype", "width",
    "est_width", "stroller", "oneway", "oneway:foot", "conveying", "motorroad", "service", "bicycle",
    "segregated", "kerb", "construction", "step_count", "handrail", "ford", "route", "cycleway", "trail_visibility",
    "sac_scale", "golf", "piste:type", "usage", "operator", "ref", "crossing:island", "path",
))  # fmt: skip

NODE_TAGS = frozenset((
    *_ACCESS,
    "barrier", "kerb", "kerb:height", "crossing", "crossing:signals", "crossing:markings", "crossing:island",
    "traffic_signals", "button_operated", "tactile_paving", "entrance", "door", "automatic_door", "locked", "bollard",
    "maxwidth:physical", "maxwidth", "width", "addr:housenumber", "addr:unit", "ref", "height",
))  # fmt: skip

FEATURE_KEEP = frozenset((
    *_ACCESS, *FEATURE_KEYS,
    "alt_name", "official_name", "old_name", "short_name", "brand", "operator", "operator:type", "ref",
    "building:levels", "building:flats", "building:use", "building:units", "building:min_level", "building:part",
    "roof:levels", "height", "min_height", "residential", "abandoned", "disused", "ruins", "start_date",
    "addr:street", "addr:housenumber", "addr:housename", "addr:unit", "addr:place", "addr:neighbourhood",
    "addr:city", "addr:district", "addr:full", "addr:flats", "addr:postcode", "population", "admin_level", "boundary",
    "school", "isced:level", "grades", "min_age", "max_age", "social_facility:for", "community_centre",
    "community_centre:for", "service:bicycle:repair", "service:bicycle:retail", "shelter_type", "post_office",
    "post_office:type", "station", "garden:type", "sport", "area", "natural", "water", "waterway", "golf", "historic",
    "government", "library", "capacity", "beds", "fee", "parking", "cuisine", "organic", "recycling_type", "bus",
    "subway", "tram", "train", "toilets", "fitness_station", "playground", "leisure:use", "religion", "sector",
    "kindergarten", "nursery", "bridge", "tunnel", "layer", "location", "usage", "service", "intermittent", "width",
    "fuel", "vending", "repair", "door", "drinking_water", "description", "military", "agricultural", "forestry",
    "demolished", "construction", "proposed",
))  # fmt: skip

# `highway` values of nodes that are of no use here, and many.
NEVER_NODES = frozenset(("street_lamp", "give_way", "stop", "turning_circle", "turning_loop", "speed_camera",
                         "motorway_junction", "milestone", "passing_place", "mini_roundabout"))  # fmt: skip


def is_feature(tags: dict[str, str]) -> bool:
    """Whether an object is something of the place: a building, a facility, the map's background."""
    if not FEATURE_KEYS.isdisjoint(tags):
        return True
    return any(key in tags and tags[key] in values for key, values in FEATURE_TAGS.items())


def is_street(tags: dict[str, str]) -> bool:
    """Whether a way may be of interest to walkers; `walkable.toml` decides later what is walked."""
    if "highway" in tags:
        return tags["highway"] not in NEVER_STREETS
    return bool(
        tags.get("railway") == "platform"
        or tags.get("public_transport") == "platform"
        or tags.get("man_made") == "pier"
        or tags.get("indoor") == "corridor"
    )


def is_square(tags: dict[str, str], *, from_way: bool) -> bool:
    """Whether an area is one that may be walked across; a ring road is not, so ways must say `area=yes`."""
    if not is_street(tags) or tags.get("area") == "no":
        return False
    if "highway" not in tags:
        return True
    return tags.get("area") == "yes" or not from_way
