"""What the faces share with Django's admin: differences in sentences, chips and times, and confirmations of actions."""
