print("linechat")
