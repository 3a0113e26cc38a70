"""Stands here so that tests of every folder can import what this folder holds, such as `seat`."""
