"""Looking at every part of the service and saying in plain words what to do where one does not work.

Nothing is changed, made or sent by a look, and no secret stands in what is said.
"""

from bot.doctor.examination import examine
from bot.doctor.finding import Finding

__all__ = ["Finding", "examine"]
