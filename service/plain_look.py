"""A picture looked at without a drawing of counters: the whole of it, and small things closely."""

from vision.eyes import find_people, person_crop
from vision.labels import Label
from vision.tiling import look_closely, merged, parts
from vision.values import Detections, Detector, Image


def look_at_scene(image: Image, scene: Detector) -> Detections:
    """People in the whole picture; things also in its parts, where the picture is a large one.

    The office does the same with its desk zones: what is small must not be shrunk.
    """
    whole = scene.detect(image)
    region = (0, 0, image.shape[1], image.shape[0])
    if len(parts(region)) == 1:
        return whole
    closely = look_closely(image, region, scene)
    return merged([whole, closely.where(closely.label != int(Label.PERSON))])


def look_at_attire(image: Image, scene: Detector, attire: Detector) -> Detections:
    """What everybody in the picture wears; where nobody is found the picture is one person."""
    size_wh = (image.shape[1], image.shape[0])
    crops = [person_crop(person.xyxy, size_wh) for person in find_people(image, scene)]
    looks: list[Detections] = []
    for x0, y0, x1, y1 in crops or [(0, 0, *size_wh)]:
        looks.append(attire.detect(image[y0:y1, x0:x1]).moved(x0, y0))
    return merged(looks)
