"""Notifications: the contact book, the texts in four languages, the notices and the attempts to bring them.

Never decides anything about seats or stands; never asks another service, only listens.
"""
