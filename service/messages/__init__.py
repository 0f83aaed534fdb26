"""Messages to where people are: decided purely, kept in an outbox, sent by a thread.

`deciding` knows what to say to whom and when, `wording` in which words; `reporter` hears the judge
and fills the outbox; `postman` empties it through `targets`. Judging never waits for any of them.
"""
