package dev.espalier.workflows;

/**
 * How far a sweep is.
 *
 * @param arms that are known; a search that learns, and rungs, add to them
 * @param done arms, failed ones not among them
 * @param failed arms
 * @param running arms at work
 * @param stagesRun stages that the arms' runs carried out
 * @param stagesSaved stages whose results lay on the shelf already: other arms, or earlier runs,
 *     had carried them out
 * @param parallel arms that may be at work at once
 */
public record SweepProgress(
    int arms, int done, int failed, int running, int stagesRun, int stagesSaved, int parallel) {}
