"""Language models as solvers: what they answer with a tool's answer whole, and compressed.

Any OpenAI- or Anthropic-compatible endpoint; every answer is recorded, and replayed after that.
The figures are *model accuracy* and are never mixed with answerability, which asks no model.
What is sent where, and how the figures read: docs/model-answers.md.
"""

from pipelines.replays.model.asking import Parameters
from pipelines.replays.model.budget import Limits, Prices
from pipelines.replays.model.comparison import Comparison, Prepared, recorded_accuracy
from pipelines.replays.model.figures import ModelAccuracy
from pipelines.replays.model.gathering import Gathered, Manner
from pipelines.replays.model.plan import Bill, Choice
from pipelines.replays.model.recordings import Recording, Recordings, recordings_path
from pipelines.replays.model.service import Api, Service, key_from

__all__ = [
    "Api",
    "Bill",
    "Choice",
    "Comparison",
    "Gathered",
    "Limits",
    "Manner",
    "ModelAccuracy",
    "Parameters",
    "Prepared",
    "Prices",
    "Recording",
    "Recordings",
    "Service",
    "key_from",
    "recorded_accuracy",
    "recordings_path",
]
