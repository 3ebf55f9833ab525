"""The Label Studio ML backend around `clime_core`.

Its layers, from the top; each imports only from those below it:

cli             the command `clime`
wsgi            the server put together
web             answers Label Studio and people
campaigns       what a lead does with a campaign
status          what the pages show
rounds          reads the annotations, makes a model version, publishes the new order
queue           which tasks annotators find in Label Studio
demo            the demo, and a simulated annotator
campaign_data   a campaign's vectors and documents
installation    what all parts of one server share
label_studio    the client, and the translation between Label Studio's tasks and ours
campaign_file   the campaign file
auth            passwords
settings        settings from the environment
metrics, cache, store
"""
