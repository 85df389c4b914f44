"""One instance side by side with its result, for a person's eyes only.

The only place that makes values of instances ready to be shown: nothing that writes
may import it.
"""
