"""All SQL of the service, in small modules of verb-first functions; each takes the session first."""
