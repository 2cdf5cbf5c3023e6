"""Methods that serve every subject: auto, the whole model, fix-and-optimise, stage by stage."""
