"""CRM Solid: the project package."""
