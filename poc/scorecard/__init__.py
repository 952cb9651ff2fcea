"""The scorecard: six gates, each pass, fail or not proven, with the evidence behind it and what it still rests on."""
