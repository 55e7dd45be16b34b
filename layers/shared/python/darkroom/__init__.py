"""What every function of Darkroom shares: uploads, originals, facets and the rules between them."""
