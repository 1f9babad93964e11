"""What all faces share: who may see a page, the frame around it, the way in."""
