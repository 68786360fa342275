matchday key rotate
matchday key --tickets rotate
