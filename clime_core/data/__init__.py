"""What a campaign is made from: vectors, documents and marks, read, checked and written."""
