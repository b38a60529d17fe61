"""What is wrong with a data set: ``validate`` is the way in, ``report`` what comes out."""
