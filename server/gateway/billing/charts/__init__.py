"""What a chart needs of a usage point: energy and euros by step, side by side with a year before."""
