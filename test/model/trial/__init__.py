"""The randomised test: people sign acts at random, sessions bring them in, sealers seal, and everything is compared.

    people    who signs, and what: valid acts, and acts with each fault there is
    sessions  connections, their transactions, and what is expected of each statement
    run       one run: founded from a seed, driven step by step, checked
"""
