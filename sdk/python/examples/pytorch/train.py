#!/usr/bin/env python3
"""Train a small convolutional network on a classification set: an ordinary PyTorch script that reports to AVA.

Reads /workspace/data/train and, if it is there, /workspace/data/val in any format AVA writes. Parameters
(/workspace/params/default.json), all optional: epochs, batch_size, learning_rate, weight_decay, size, seed, augment,
log_every, workers. Keeps two models: the best on the validation set, and the last one.
"""

import io
import json
import os
import random
import sys
import time

# Threads that wait should sleep: a container shares its cores with others.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

import ava
import ava.data

DEFAULTS = {"epochs": 12, "batch_size": 32, "learning_rate": 0.004, "weight_decay": 1e-4, "size": 32, "seed": 0,
            "augment": True, "log_every": 10, "workers": 0}
CACHE_BYTES = 512 << 20


def usable_cores():
    """Return how many cores this container may use: what it sees, less what its limit leaves (cgroup v2, then v1)."""
    cores = len(os.sched_getaffinity(0))
    try:
        with open("/sys/fs/cgroup/cpu.max") as stream:
            quota, period = stream.read().split()
    except (OSError, ValueError):
        try:
            with open("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") as first, open("/sys/fs/cgroup/cpu/cpu.cfs_period_us") as second:
                quota, period = first.read().strip(), second.read().strip()
        except OSError:
            return cores
    if not quota.isdigit():  # "max", or -1: no limit
        return cores
    return max(1, min(cores, round(int(quota) / int(period))))


def make_decoder(size):
    """Return a function: image file bytes -> uint8 array [3, size, size], with whichever library the image has."""
    try:
        from PIL import Image
    except ImportError:
        import cv2

        def decode(data):
            picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
            if picture is None:
                raise ValueError("not a picture")
            picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
            return numpy.ascontiguousarray(picture[:, :, ::-1].transpose(2, 0, 1))
    else:
        def decode(data):
            picture = Image.open(io.BytesIO(data)).convert("RGB")
            if picture.size != (size, size):
                picture = picture.resize((size, size), Image.BILINEAR)
            return numpy.ascontiguousarray(numpy.asarray(picture).transpose(2, 0, 1))
    return decode


class Pictures(Dataset):
    """A formatted set as tensors. Decoded pictures are kept while they fit into CACHE_BYTES."""

    def __init__(self, samples, size):
        self.samples = samples
        self.decode = make_decoder(size)
        self.cache = {}
        self.room = CACHE_BYTES // (3 * size * size)

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        if index in self.cache:
            return self.cache[index]
        sample = self.samples[index]
        if not isinstance(sample.label, int):
            raise SystemExit("train.py: sample %s has no class index but %r; this script classifies" % (sample.id, sample.label))
        try:
            item = torch.from_numpy(self.decode(sample.image_bytes)), sample.label
        except Exception as error:
            raise SystemExit("train.py: the picture of sample %s cannot be decoded: %s" % (sample.id, error))
        if len(self.cache) < self.room:
            self.cache[index] = item
        return item


class SmallNet(nn.Module):
    """Four convolution blocks, the mean over the picture, one linear layer. Shape: [N, 3, H, W] -> [N, classes]."""

    def __init__(self, classes, width=32):
        super().__init__()
        blocks, before = [], 3
        for after in (width, 2 * width, 2 * width, 4 * width):
            blocks += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
            if len(blocks) < 12:
                blocks.append(nn.MaxPool2d(2))
            before = after
        self.features = nn.Sequential(*blocks)
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(before, classes))

    def forward(self, x):
        return self.head(self.features(x).mean(dim=(2, 3)))


def to_input(pictures):
    """Turn uint8 pictures into network input. Units: [0, 255] -> [-1, 1]."""
    return pictures.float().div_(127.5).sub_(1.0)


def shift(batch, most):
    """Move the pictures of a batch by up to `most` pixels each way; the rim is repeated."""
    size = batch.shape[-1]
    padded = functional.pad(batch, (most,) * 4, mode="replicate")
    x, y = (int(torch.randint(0, 2 * most + 1, (1,))) for _ in range(2))
    return padded[:, :, y:y + size, x:x + size]


def evaluate(net, loader):
    """Return (accuracy, mean loss) over a set."""
    net.eval()
    right, loss, count = 0, 0.0, 0
    with torch.no_grad():
        for pictures, labels in loader:
            scores = net(to_input(pictures))
            loss += functional.cross_entropy(scores, labels, reduction="sum").item()
            right += (scores.argmax(1) == labels).sum().item()
            count += len(labels)
    return right / max(count, 1), loss / max(count, 1)


def write_model(directory, net, classes, epoch, accuracy, params):
    """Write what a user of the model needs: weights, class names in index order, and how to feed it."""
    os.makedirs(directory, exist_ok=True)
    torch.save(net.state_dict(), os.path.join(directory, "weights.pt"))
    with open(os.path.join(directory, "labels.csv"), "w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(name + "\n" for name in classes)
    meta = {"framework": "pytorch", "framework_version": torch.__version__, "network": "SmallNet", "epoch": epoch,
            "val_accuracy": accuracy, "input": {"width": params["size"], "height": params["size"], "channels": "RGB",
                                                "mean": [127.5] * 3, "scale": 1 / 127.5}, "classes": classes, "params": params}
    with open(os.path.join(directory, "meta.json"), "w", encoding="utf-8") as stream:
        json.dump(meta, stream, ensure_ascii=False, indent=2)


def open_sets(root):
    """Return (train set, val set or None, class names)."""
    train = ava.data.open(os.path.join(root, "train"))
    val = ava.data.open(os.path.join(root, "val")) if os.path.isdir(os.path.join(root, "val")) else None
    if len(train) == 0:
        sys.exit("train.py: the training set is empty")
    classes = train.classes or [str(n) for n in range(max(sample.label for sample in train) + 1)]
    print("train: %r" % train)
    print("val:   %r" % val)
    print("%d classes: %s" % (len(classes), ", ".join(classes[:20])))
    return train, val, classes


def train_epoch(net, loader, optimizer, schedule, run, epoch, params):
    """Go through the training set once; return the mean loss."""
    net.train()
    total, window, seen, since = 0.0, [], 0, time.time()
    for batch, (pictures, labels) in enumerate(loader):
        inputs = to_input(pictures)
        if params["augment"]:
            inputs = shift(inputs, max(1, params["size"] // 16))
        loss = functional.cross_entropy(net(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate = schedule.get_last_lr()[0]
        schedule.step()
        window.append(loss.item())
        total += window[-1]
        seen += len(labels)
        if len(window) == params["log_every"] or batch + 1 == len(loader):
            run.log(step=epoch * len(loader) + batch, epoch=epoch, loss=sum(window) / len(window), learning_rate=rate,
                    samples_per_second=seen / max(time.time() - since, 1e-6))
            window, seen, since = [], 0, time.time()
    return total / len(loader)


def main():
    params = dict(DEFAULTS, **ava.params())
    random.seed(params["seed"])
    numpy.random.seed(params["seed"])
    torch.manual_seed(params["seed"])
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or usable_cores()))
    train, val, classes = open_sets(os.path.join(os.environ.get("AVA_WORKDIR", "/workspace"), "data"))

    # A last batch of one picture has no variance to normalise by.
    loader = DataLoader(Pictures(train, params["size"]), batch_size=params["batch_size"], shuffle=True,
                        num_workers=params["workers"], drop_last=len(train) % params["batch_size"] == 1 and len(train) > 1)
    val_loader = val and DataLoader(Pictures(val, params["size"]), batch_size=256, num_workers=params["workers"])
    net = SmallNet(len(classes))
    optimizer = torch.optim.AdamW(net.parameters(), lr=params["learning_rate"], weight_decay=params["weight_decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, params["learning_rate"],
                                                   total_steps=params["epochs"] * len(loader) + 1)

    with ava.start_run(params=params) as run:
        print("run %s" % run.id, flush=True)
        best, best_epoch, last_epoch, begin = -1.0, None, None, time.time()
        best_dir, last_dir = (os.path.join(run.output_dir, name) for name in ("best", "last"))
        try:
            for epoch in range(params["epochs"]):
                loss = train_epoch(net, loader, optimizer, schedule, run, epoch, params)
                accuracy, val_loss = evaluate(net, val_loader) if val else (None, None)
                run.log(step=(epoch + 1) * len(loader) - 1, epoch=epoch, train_loss=loss, val_accuracy=accuracy, val_loss=val_loss)
                print("epoch %d/%d  loss %.4f  val_accuracy %s  %.1f s" % (
                    epoch + 1, params["epochs"], loss, "-" if accuracy is None else "%.4f" % accuracy, time.time() - begin), flush=True)
                write_model(last_dir, net, classes, epoch, accuracy, params)
                last_epoch = epoch
                if val and accuracy > best:
                    best, best_epoch = accuracy, epoch
                    write_model(best_dir, net, classes, epoch, accuracy, params)
        finally:  # a training that is stopped keeps what it has reached
            if best_epoch is not None:
                run.save_model(best_dir, name="best", epoch=best_epoch)
            if last_epoch is not None:
                run.save_model(last_dir, name="last", epoch=last_epoch)
    if best_epoch is not None:
        print("best val_accuracy %.4f in epoch %d" % (best, best_epoch + 1))


if __name__ == "__main__":
    main()
