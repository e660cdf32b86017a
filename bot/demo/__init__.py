"""The demo: the whole service against simulated phones on this machine, with the sample business."""
