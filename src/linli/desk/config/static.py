"""Static files under names that carry their hash, compressed once, kept by browsers for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the names in `import … from "./other.js"`, so that no module is ever older than its page."""

    support_js_module_import_aggregation = True
