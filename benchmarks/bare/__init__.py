"""The least a Django site can do with a form: the measure of what the desk's promises cost."""
