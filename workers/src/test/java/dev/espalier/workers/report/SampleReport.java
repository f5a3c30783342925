package dev.espalier.workers.report;

import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workers.report.Arm.Curve;
import dev.espalier.workers.report.Arm.Mark;
import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Point;
import dev.espalier.workers.report.Arm.Spectrum;
import dev.espalier.workers.report.Arm.Stage;
import dev.espalier.workers.report.Arm.Width;
import dev.espalier.workers.report.ReportData.Detail;
import dev.espalier.workers.report.ReportData.Fact;
import dev.espalier.workers.report.ReportData.Facts;
import dev.espalier.workers.report.ReportData.Protocol;
import dev.espalier.workers.report.ReportData.Subject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;

/** A report of invented numbers in the shape and size of a real sweep, on real garments. */
final class SampleReport {
  private static final List<String> SHOWN =
      List.of(
          "down_blocks.0.resnets.0.conv1.weight",
          "mid_block.attentions.0.to_q.weight",
          "up_blocks.2.resnets.1.conv2.weight");

  private final Random random = new Random(7);

  static ReportData sweep() throws IOException {
    return new SampleReport().build();
  }

  private ReportData build() throws IOException {
    List<Arm> arms = new ArrayList<>();
    arms.add(
        Arm.of(Stage.DENSE, "")
            .with(
                new Measures(
                    1_112_801,
                    151_360_512,
                    List.of(23.3, 22.8, 24.0),
                    List.of(),
                    47.3,
                    Double.NaN,
                    List.of(
                        new Measure("frechet-distance", 23.3, new Interval(22.1, 24.9), 1000, ""),
                        new Measure("recall", 0.61, new Interval(0.58, 0.64), 1000, "k=5"))))
            .withSpectra(conditions(4.9, 1), spectra(64, 4.9, 1))
            .withSamples(grid(0)));
    arms.addAll(setting("ratio 0.5", 0.5, 281_201, 39_004_160, 612.4, 113.6, 103.8));
    arms.addAll(setting("ratio 0.7", 0.7, 163_411, 21_770_240, 903.8, 138.7, 131.8));
    return new ReportData(
        "demo-sweep-5b1c9e20",
        "2026-11-21 14:03 UTC",
        new Subject(
            List.of("fashion-ddpm"),
            List.of("fashion-mnist"),
            List.of("diff-pruning"),
            List.of(0.5, 0.7),
            List.of(300),
            0.5),
        new Protocol(
            1000,
            20,
            "uniform",
            "fashion-classifier",
            64,
            "fashion-mnist-t10k",
            10_000,
            List.of(1L, 2L, 3L)),
        arms,
        List.of(
            new Facts(
                "Run",
                List.of(
                    new Fact("seeds", "1, 2, 3"),
                    new Fact("learning rate", "0.001, constant"),
                    new Fact("batch", "64"),
                    new Fact("EMA", "0.99 with warm-up"))),
            new Facts(
                "Importance",
                List.of(
                    new Fact("timesteps used", "34 of 100"),
                    new Fact("threshold", "0.05, reached at step 330"),
                    new Fact("calibration images", "64"))),
            new Facts(
                "Machine",
                List.of(
                    new Fact("device", "cpu, 2 threads"),
                    new Fact("system", "Linux amd64, OpenJDK 17.0.15"),
                    new Fact("PyTorch", "2.7.1 through DJL 0.35.1"),
                    new Fact("Espalier", "0.1.0")))),
        List.of(
            new Detail(
                "Plan as it was resolved (JSON)",
                "{\n  \"network\" : \"fashion-ddpm\",\n  \"prune\" : { \"criterion\" : \"diff-pruning\", \"ratio\" : 0.5 }\n}"),
            new Detail(
                "Channels kept at ratio 0.5",
                "conv_in: 0 2 3 7 8 11 12 15 17 20 21 24 25 28 30 31")),
        null,
        List.of(),
        trials(arms),
        films(),
        List.of(
            "Pruned networks without finetuning are shown for completeness; nobody would use them."));
  }

  private static List<Trial> trials(List<Arm> arms) {
    List<Trial> trials = new ArrayList<>();
    for (Arm arm : arms) {
      Measures measures = arm.measures();
      if (measures == null || arm.curves().isEmpty()) continue;
      Map<String, String> values = new LinkedHashMap<>();
      values.put("prune.ratio", arm.setting().replace("ratio ", ""));
      values.put("svs.enabled", String.valueOf(arm.stage() == Stage.SVS_FINETUNED));
      String label = "prune.ratio=" + values.get("prune.ratio") + " " + arm.stage().label();
      trials.add(new Trial("run-" + trials.size(), label, arm.stage(), values, measures));
    }
    return trials;
  }

  private static List<Film> films() {
    List<Film> films = new ArrayList<>();
    for (String setting : List.of("ratio 0.5", "ratio 0.7")) {
      for (Stage last : List.of(Stage.FINETUNED, Stage.SVS_FINETUNED)) {
        films.add(
            new Film(
                setting + ", " + last.label(),
                List.of(
                    new Film.Frame(0, Stage.DENSE, setting),
                    new Film.Frame(0, Stage.PRUNED, setting),
                    new Film.Frame(300, last, setting))));
      }
    }
    return films;
  }

  private List<Arm> setting(
      String setting,
      double ratio,
      long parameters,
      long macs,
      double raw,
      double plain,
      double svs)
      throws IOException {
    int rank = (int) Math.round(64 * (1 - ratio));
    return List.of(
        Arm.of(Stage.PRUNED, setting)
            .with(new Measures(parameters, macs, around(raw), ssim(0.21), 112.4, 8.2))
            .withSpectra(conditions(5.2, 1), spectra(rank, 5.2, 1))
            .withWidths(widths(ratio))
            .withSamples(grid(0.75 * ratio)),
        Arm.of(Stage.SCALED, setting)
            .withSpectra(conditions(5.2, 0.5), spectra(rank, 5.2, 0.5))
            .scaledBy(0.5),
        Arm.of(Stage.FINETUNED, setting)
            .with(new Measures(parameters, macs, around(plain), ssim(0.46), 111.9, 84.1))
            .withCurves(curves(0.047, 0.30, raw, plain), List.of(new Mark("resumed", 150, 187)))
            .withSpectra(conditions(6.1, 1), spectra(rank, 6.1, 1))
            .withSamples(grid(0.3 * ratio)),
        Arm.of(Stage.SVS_FINETUNED, setting)
            .with(new Measures(parameters, macs, around(svs), ssim(0.41), 112.8, 85.7))
            .withCurves(curves(0.048, 0.55, raw * 1.4, svs), List.of())
            .withSpectra(conditions(2.6, 1), spectra(rank, 2.6, 1))
            .withSamples(grid(0.25 * ratio)));
  }

  private List<Double> around(double mean) {
    return IntStream.range(0, 3).mapToObj(i -> mean * (1 + 0.04 * random.nextGaussian())).toList();
  }

  private List<Double> ssim(double mean) {
    return IntStream.range(0, 3).mapToObj(i -> mean + 0.01 * random.nextGaussian()).toList();
  }

  private List<Curve> curves(double end, double start, double rawDistance, double distance) {
    List<Point> loss = new ArrayList<>();
    for (int step = 1; step <= 300; step++) {
      double mean = end + (start - end) * Math.exp(-step / 30.0);
      loss.add(new Point(step, mean * (1 + 0.18 * random.nextGaussian())));
    }
    List<Point> validation = new ArrayList<>();
    List<Point> distances = new ArrayList<>();
    for (int step = 0; step <= 300; step += 25) {
      validation.add(new Point(step, end + (start - end) * Math.exp(-step / 35.0)));
      if (step % 100 == 0) {
        distances.add(
            new Point(step, distance + (rawDistance - distance) * Math.exp(-step / 60.0)));
      }
    }
    return List.of(
        new Curve("training loss", loss),
        new Curve("validation loss", validation),
        new Curve("Fréchet distance (fashion-classifier)", distances));
  }

  private static Map<String, Double> conditions(double median, double power) {
    Random fixed = new Random(3);
    Map<String, Double> conditions = new LinkedHashMap<>();
    for (String weight : SHOWN) conditions.put(weight, Math.pow(median * 1.3, power));
    for (int i = 0; i < 50; i++) {
      double kappa = 1 + (median - 1) * Math.exp(0.7 * fixed.nextGaussian());
      conditions.put("blocks." + i + ".weight", Math.pow(kappa, power));
    }
    return conditions;
  }

  private static List<Spectrum> spectra(int rank, double condition, double power) {
    return SHOWN.stream()
        .map(
            weight ->
                new Spectrum(
                    weight,
                    IntStream.range(0, rank)
                        .mapToObj(
                            i -> {
                              double share = i / (rank - 1.0);
                              double sigma = 2.4 * Math.pow(condition * 1.3, -Math.pow(share, 0.7));
                              return Math.pow(sigma, power);
                            })
                        .toList()))
        .toList();
  }

  private static List<Width> widths(double ratio) {
    List<Width> widths = new ArrayList<>();
    for (String group :
        List.of(
            "conv_in",
            "time_embedding.linear_1",
            "down_blocks.0.resnets.0.conv1",
            "down_blocks.1.resnets.0.conv1",
            "down_blocks.2.resnets.0.conv1",
            "mid_block.resnets.0.conv1",
            "mid_block.attentions.0.to_q",
            "mid_block.resnets.1.conv1",
            "up_blocks.0.resnets.0.conv1",
            "up_blocks.1.resnets.1.conv1",
            "up_blocks.2.resnets.1.conv1")) {
      int before =
          group.startsWith("time")
              ? 128
              : group.contains("0.conv1") && group.startsWith("down_blocks.0")
                      || group.equals("conv_in")
                  ? 32
                  : 64;
      widths.add(new Width(group, before, before - (int) (before * ratio) / 8 * 8));
    }
    return widths;
  }

  /** Six by five test garments, blurred into noise by {@code noise} in [0, 1]. */
  private static Picture grid(double noise) throws IOException {
    Path file =
        Path.of(
            System.getProperty("espalier.root"),
            "datasets/fashion-mnist/t10k-images-idx3-ubyte.gz");
    byte[] pixels;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      in.skipNBytes(16);
      pixels = in.readNBytes(30 * 784);
    }
    Random fixed = new Random(11);
    BufferedImage image = new BufferedImage(6 * 28, 5 * 28, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < pixels.length; i++) {
      int tile = i / 784;
      double clean = (pixels[i] & 0xFF) * (1 - noise);
      int value =
          (int) Math.max(0, Math.min(255, clean + 90 * noise * fixed.nextGaussian() + 60 * noise));
      image.getRaster().setSample(tile % 6 * 28 + i % 28, tile / 6 * 28 + i % 784 / 28, 0, value);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return new Picture(png.toByteArray(), "Thirty garments, six to a row");
  }
}
