"""An executable formal model of OAuth 2.x."""
