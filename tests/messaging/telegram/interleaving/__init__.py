"""Random scenarios of messages and disturbances, played by many accounts at once against the real product.

``scenario``  generates the steps from a seed
``player``    carries out the steps of one account
``stage``     the server, the worker and their shortened waits; plays many accounts and collects what went wrong
``outcome``   compares what Telegram has with what the product has
``killing``   ends the connection of one account as ``kill -9`` does
"""
