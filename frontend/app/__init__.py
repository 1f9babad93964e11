"""What clients show: the app made only of the published config, and previews of the next one."""
