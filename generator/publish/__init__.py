"""From a built site to readers, and back: what was approved is sealed, published, verified, and can be undone."""
