"""Tests of the language-model side; real SDK, real sockets, loopback only."""
