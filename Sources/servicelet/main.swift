print("servicelet")
