"""The Toolbox: the draft edited in the browser. The page names what is edited; everything else asks the API."""
