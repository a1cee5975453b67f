from glassline.dataset import Dataset as Dataset
from glassline.head import SoftmaxRegression as SoftmaxRegression
from glassline.head import cross_entropy as cross_entropy
from glassline.head import softmax as softmax
from glassline.inspection import Inspection as Inspection
from glassline.inspection import frame as frame
from glassline.inspection import inspect as inspect
from glassline.inspection import inspect_many as inspect_many
from glassline.model import Model as Model
from glassline.model import load as load
from glassline.recipe import Recipe as Recipe
from glassline.studies.evaluation import Evaluation as Evaluation
from glassline.studies.evaluation import evaluate as evaluate
from glassline.training import train as train
from glassline.training.transformer import Features as Features

__version__: str
