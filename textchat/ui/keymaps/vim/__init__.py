"""The keymap of vim: what keys do in editors and in the messages, by mode."""
