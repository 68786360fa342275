matchday key rotate --now
matchday key --tickets rotate --now
