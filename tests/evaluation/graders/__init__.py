"""Each grader with right and with wrong answers."""
