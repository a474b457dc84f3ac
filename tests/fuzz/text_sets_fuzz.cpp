// Sets that are text beside pictures, as AVA writes them and reads them back: COCO, YOLO, VOC, folders, originals.
#include "sets.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static SetReader sets[] = {SetReader("coco"), SetReader("yolo"), SetReader("voc"), SetReader("folder"),
                             SetReader("raw")};
  sets[choice(bytes, std::size(sets))].walk(bytes);
}
