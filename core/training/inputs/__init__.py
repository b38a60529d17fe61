"""What a training sees: squares, their changed copies, and features of them, computed once."""
