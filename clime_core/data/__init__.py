"""What a campaign is made from: vectors, dictionaries, documents and marks, read, checked and written."""
