// SPDX-License-Identifier: Apache-2.0
// What DeepFaceLab does not have: options of every model class whose defaults train exactly as the original does (the
// "compatible" preset). Spec networks-and-training.md 9 names the weaknesses they answer.
#pragma once

#include <string>

#include "lib/options/describe.hpp"

namespace understudy {

enum class StructureLoss { original, padded, two_scale };
template <>
struct Names<StructureLoss> {
  static constexpr std::array all{"original", "padded", "two-scale"};
};
enum class LrSchedule { constant, cosine };
template <>
struct Names<LrSchedule> {
  static constexpr std::array all{"constant", "cosine"};
};

struct SteeringOptions {
  double lr = 0;
  double encoder_lr = 1;
  int warm_up = 0;
  LrSchedule lr_schedule = LrSchedule::constant;
  int lr_decay = 100000;
  double ema = 0;
  bool mean_gradient = false;
  StructureLoss structure_loss = StructureLoss::original;
  bool mended_losses = false;
  bool area_normalised = false;
  double expression_power = 0;
  int dst_every = 1;
  double edge_power = 0;
  double background_power = 0;
  bool by_worth = false;
  double random_move = 1;
  double warp_share = 1;
  int move_ramp = 0;
  double random_blur = 0;
  double random_noise = 0;
  double random_jpeg = 0;
  double random_downscale = 0;
  int micro_batches = 1;
  bool checkpointing = false;
  bool winograd = false;
  std::string freeze;
  bool train_inters = false;
  int retrain_worst = 0;
  bool fresh_fakes = false;
};

template <>
constexpr auto describe<SteeringOptions>() {
  using O = SteeringOptions;
  return std::tuple{
      field("lr", &O::lr)
          .says("Learning rate", "Size of a step; 0: the class's own (SAEHD and AMP 5e-5, Quick96 2e-4).")
          .range(0, 1e-2)
          .in("Optimiser"),
      field("encoder-lr", &O::encoder_lr)
          .says("Learning rate of the encoder",
                "That of encoder and inters, as a part of the learning rate: below 1 what they know already is kept; a "
                "model that begins with the pretrained start gets 0.2.")
          .range(0, 1)
          .in("Optimiser"),
      field("warm-up", &O::warm_up)
          .says("Warm-up", "Iterations over which the learning rate rises from 0 to its full height; 0: none.")
          .range(0, 100000)
          .in("Optimiser"),
      field("lr-schedule", &O::lr_schedule)
          .says("Learning-rate schedule",
                "constant, or cosine: down to a twentieth over the iterations of --lr-decay, then constant.")
          .in("Optimiser"),
      field("lr-decay", &O::lr_decay)
          .says("Length of the schedule", "Iterations of the cosine.")
          .range(1, 100000000)
          .in("Optimiser"),
      field("ema", &O::ema)
          .says("Averaged weights",
                "Decay of a running mean of the weights, which previews, merging and export then use: 0.999; 0: off.")
          .range(0, 0.99999)
          .in("Optimiser"),
      field("mean-gradient", &O::mean_gradient)
          .says("Mean gradient",
                "Gradients are means over the batch, not sums: clipping and step sizes no longer depend on its size.")
          .in("Optimiser"),
      field("structure-loss", &O::structure_loss)
          .says("Structure loss",
                "original; padded: windows reach the border; two-scale: padded, and the second window is truly wider.")
          .in("Loss"),
      field("mended-losses", &O::mended_losses)
          .says(
              "Mended losses",
              "The background style looks outside the dst face, where the swapped face lies, not outside the src face.")
          .in("Loss"),
      field("area-normalised", &O::area_normalised)
          .says("Area-normalised",
                "Divides the masked terms by the mask's part of the picture: small faces learn as fast.")
          .in("Loss"),
      field("expression-power", &O::expression_power)
          .says(
              "Expression power",
              "Reads the swapped face with the encoder and pulls it towards what dst's face does; for an encoder that "
              "knows faces already. High values make src resemble dst. Compares faces with each other: needs two "
              "or more at a time. Not for AMP; 0: off.")
          .range(0, 100)
          .in("Loss"),
      field("edge-power", &O::edge_power)
          .says("Edge power", "Weight of a loss on the images' gradients at three scales, for crisp detail; 0: off.")
          .range(0, 100)
          .in("Loss"),
      field("background-power", &O::background_power)
          .says("Background power", "How much the surroundings of the face count in masked training: 0 not, 1 fully.")
          .range(0, 1)
          .in("Loss"),
      field("by-worth", &O::by_worth)
          .says("Faces by worth",
                "Turns, open mouths and shut eyes that a set has little of come more often, and src faces of the kinds "
                "that dst shows. Uniform yaw goes before it.")
          .in("Samples"),
      field("dst-every", &O::dst_every)
          .says("dst every so many iterations",
                "Trains dst only in every so many iterations and src alone in those between, which take half the time: "
                "the "
                "merge shows src's decoder. Always 1 with AMP, pretraining, styles, true face, expression power and "
                "--retrain-worst, which need both.")
          .range(1, 100)
          .in("Samples"),
      field("random-move", &O::random_move)
          .says("Random moves",
                "Strength of the random rotation, scale and shift: 1 is the original's. Faces are aligned in the merge "
                "too, so less learns much faster; 1 forgives more when the alignment is poor.")
          .range(0, 1)
          .in("Samples"),
      field("warp-share", &O::warp_share)
          .says(
              "Share of warped faces",
              "Part of the faces that random warp distorts: 1 is the original's. What is left unwarped keeps lids and "
              "gaze exact.")
          .range(0, 1)
          .in("Samples"),
      field("move-ramp", &O::move_ramp)
          .says("Ramp of the moves",
                "Batches over which the random moves rise from none to their strength; 0: at once.")
          .range(0, 1000000)
          .in("Samples"),
      field("random-blur", &O::random_blur)
          .says("Random blur", "Probability that an input is blurred.")
          .range(0, 1)
          .in("Samples"),
      field("random-noise", &O::random_noise)
          .says("Random noise", "Probability that an input is given noise.")
          .range(0, 1)
          .in("Samples"),
      field("random-jpeg", &O::random_jpeg)
          .says("Random JPEG", "Probability that an input is compressed.")
          .range(0, 1)
          .in("Samples"),
      field("random-downscale", &O::random_downscale)
          .says("Random downscale", "Probability that an input is made smaller and enlarged again.")
          .range(0, 1)
          .in("Samples"),
      field("micro-batches", &O::micro_batches)
          .says("Micro-batches", "Parts that a batch is computed in, one after another: less memory, a little slower.")
          .range(1, 64)
          .in("Device"),
      field("checkpointing", &O::checkpointing)
          .says("Gradient checkpointing", "Computes the decoder twice in place of keeping it: less memory, slower.")
          .in("Device"),
      field("winograd", &O::winograd)
          .says("Winograd convolutions",
                "In fp32 on the processor: 3x3 convolutions by Winograd's algorithm, two to three times as fast; "
                "rounding "
                "differs in the sixth digit.")
          .in("Device"),
      field("freeze", &O::freeze)
          .says("Frozen parts", "Parts that are not trained, with commas: encoder,inter.")
          .in("Optimiser"),
      field("train-inters", &O::train_inters)
          .says("Train the inters",
                "AMP: train the two inters, which the original leaves at their random start; liae: "
                "inter_AB also without random warp.")
          .in("Optimiser"),
      field("retrain-worst", &O::retrain_worst)
          .says("Retrain the worst",
                "Every so many iterations, the batch's worst faces since then come once more; 0: off.")
          .range(0, 100000)
          .in("Samples"),
      field("fresh-fakes", &O::fresh_fakes)
          .says("Fresh fakes",
                "Discriminators learn from faces made anew after the step, as in the original, not from those of the "
                "step: "
                "slower by a forward pass, no better.")
          .in("Discriminators"),
  };
}
static_assert(all_described<SteeringOptions>);

}  // namespace understudy
