"""Open311 GeoReport v2: how city apps list services, file requests and read them back."""
