"""The rules as rows of the model: one module per rule or small group."""
